"""HTTP for operators and machines: orders, knowledge, health, metrics, the API description."""
