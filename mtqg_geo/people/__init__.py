"""Who may sign in, and what they are granted; the check itself is made by the store.

======================  ==========================================================================
`accounts`              people, their passphrases, and who they are at an identity provider
`grants`                what is granted to whom: verbs and communes, from one day to another
`places`                communes by the district or province that is short for them
`sessions`              who has signed in, until they sign out
`tokens`                what a program shows in a person's place; `limits`: how long sessions last
`view`                  people, rights and tokens in words
======================  ==========================================================================

All of it is in the store (`store.rights` reads it in the transaction that would change anything).
What is secret is kept as a checksum: neither a cookie nor a token can be made of it.
"""
