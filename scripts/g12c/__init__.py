"""g12c: *The KRAS-G12C inhibitor: activity and resistance* as linked data that can be checked."""
