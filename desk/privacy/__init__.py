"""What must not be seen: masking of personal data for logs, lists and read-backs."""

from desk.privacy.fields import is_personal, mask_card, mask_field
from desk.privacy.mask import mask_address, mask_id, mask_name, mask_phone, mask_plate, mask_text

__all__ = [
    "is_personal",
    "mask_address",
    "mask_card",
    "mask_field",
    "mask_id",
    "mask_name",
    "mask_phone",
    "mask_plate",
    "mask_text",
]
