"""The page of people: everybody's own tokens; accounts and rights for administrators."""
