"""What every part of the process runs on: tasks and loops, threads for blocking work, Redis, limits, metrics. No business."""
