"""The people at the desk: accounts, sign-ins, and the audit log of what they do."""

from desk.seats.accounts import Accounts, Attempt
from desk.seats.audit import AuditEntry, AuditLog
from desk.seats.canned import CannedReply, load_canned_replies
from desk.seats.errors import (
    BadCannedReplies,
    BadUser,
    Disabled,
    LastAdmin,
    Locked,
    NotSignedIn,
    SeatError,
    Slowed,
    Taken,
    UserNotFound,
    WeakPassword,
    WrongPassword,
)
from desk.seats.feedback import ArticleVerdicts, Feedback, KnowledgeFeedback, Verdict
from desk.seats.rights import RIGHTS, Right, may
from desk.seats.sign_ins import SignedIn, SignInStore
from desk.seats.skills import SKILLS, skill_label
from desk.seats.user import NewUser, Role, User, UserChange
from desk.seats.users import UserStore

__all__ = [
    "RIGHTS",
    "SKILLS",
    "Accounts",
    "ArticleVerdicts",
    "Attempt",
    "AuditEntry",
    "AuditLog",
    "BadCannedReplies",
    "BadUser",
    "CannedReply",
    "Disabled",
    "Feedback",
    "KnowledgeFeedback",
    "LastAdmin",
    "Locked",
    "NewUser",
    "NotSignedIn",
    "Right",
    "Role",
    "SeatError",
    "SignInStore",
    "SignedIn",
    "Slowed",
    "Taken",
    "User",
    "UserChange",
    "UserNotFound",
    "UserStore",
    "Verdict",
    "WeakPassword",
    "WrongPassword",
    "load_canned_replies",
    "may",
    "skill_label",
]
