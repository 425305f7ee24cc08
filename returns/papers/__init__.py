"""What goes into the parcel of a return."""
