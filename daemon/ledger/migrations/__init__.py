"""The ledger's schema over time: one file a revision under ``versions``, carried out by ``daemon.ledger.migrate``."""
