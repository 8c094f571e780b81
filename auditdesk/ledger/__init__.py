"""How events are kept: the only place that imports SQLAlchemy for the log."""
