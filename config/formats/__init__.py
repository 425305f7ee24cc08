"""How dates are written where Django's own formats are not ours; see FORMAT_MODULE_PATH."""
