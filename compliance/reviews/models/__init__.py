"""The tables of access reviews."""

from compliance.reviews.models.campaigns import Campaign, Decision, Evidence, Item, Report
from compliance.reviews.models.plans import Plan, Recurring

__all__ = ["Campaign", "Decision", "Evidence", "Item", "Plan", "Recurring", "Report"]
