"""What a planner sees: the only package that imports streamlit."""
