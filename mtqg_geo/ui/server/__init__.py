"""HTTP routes that stand beside Streamlit: geometry and assets of the map."""
