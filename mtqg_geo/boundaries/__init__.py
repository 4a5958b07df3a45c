"""A commune layer on its way in: decoded, placed, recognised, repaired, compared, installed."""
