"""One Streamlit script for each way of drawing the same map, served alike by `server.py`."""
