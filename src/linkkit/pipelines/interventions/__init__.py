"""Link an intervention programme to a register: records that are attendances, of persons who attend often."""

from ._run import InterventionRun
from ._spec import InterventionToAdmin, intervention_to_admin

__all__ = ["InterventionRun", "InterventionToAdmin", "intervention_to_admin"]
