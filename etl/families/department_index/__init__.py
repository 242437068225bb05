"""The department index: all KPIs of an agency in one performance dimension."""
