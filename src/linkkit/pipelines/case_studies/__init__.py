"""Case studies: few cases, linked at the level that people agreed to, shown in bands.

>>> from linkkit import pipelines
>>> pipelines.case_study(attributes=("ethnicity",)).least_k
5
"""

from ._bridge import Bridge, Checked
from ._profiles import Profile
from ._run import CaseStudyRun
from ._spec import Attribute, CaseStudy, case_study

__all__ = ["Attribute", "Bridge", "CaseStudy", "CaseStudyRun", "Checked", "Profile", "case_study"]
