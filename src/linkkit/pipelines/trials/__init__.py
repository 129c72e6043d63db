"""Trials linked to administrative data: blind to the arms, honest about who is not seen, unblinded as a logged act.

>>> from linkkit.pipelines import trials
>>> trials.STATES[0], trials.STATES[-1]
('refused or withdrew', 'traced with records')
"""

from ._findings import TrialFinding, TrialFindings
from ._freeze import Freeze
from ._log import TrialLog
from ._run import TrialRun
from ._saved import SavedTrial, load, unblind
from ._spec import EventColumns, FollowUp, TraceColumns, TrialToAdmin, trial_to_admin
from ._states import STATES
from ._tipping import observed_share, tipping_sensitivity, true_share
from ._unblinded import Unblinded

__all__ = [
    "STATES",
    "EventColumns",
    "FollowUp",
    "Freeze",
    "SavedTrial",
    "TraceColumns",
    "TrialFinding",
    "TrialFindings",
    "TrialLog",
    "TrialRun",
    "TrialToAdmin",
    "Unblinded",
    "load",
    "observed_share",
    "tipping_sensitivity",
    "trial_to_admin",
    "true_share",
    "unblind",
]
