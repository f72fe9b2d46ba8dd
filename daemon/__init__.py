"""poolpower: power actions for Huawei Cloud Workspace desktop pools, on a schedule, with a ledger that proves them."""

__version__ = "0.1.0"
