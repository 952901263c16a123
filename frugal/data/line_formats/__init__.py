"""One file per way in which text lines are stored; each gives a LineSource. None knows another, a network or a task."""
