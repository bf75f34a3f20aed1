"""scipy without scipy.stats, which takes a third of all imports and which few studies alone need.

Pyomo waits for scipy to be imported and then loads what it may want of it (attempt_import in
pyomo.common.dependencies). Here it is imported while Pyomo does not look; Pyomo still loads the
rest once it asks for scipy itself.
"""

import sys

from pyomo.common.dependencies import DeferredImportCallbackFinder

_finders = sys.meta_path[:]
sys.meta_path[:] = [f for f in _finders if not isinstance(f, DeferredImportCallbackFinder)]
try:
    import scipy.sparse  # noqa: F401
finally:
    sys.meta_path[:] = _finders
