"""The same service as a competent user would write it with the usual parts: the benchmark's neighbour, not a product.

Flask under gunicorn, signxml, lxml, SQLAlchemy ORM, one commit per request. It answers SubmitTransfer rightly (balances
under row locks, idempotent by request id, every message kept) and is no slower than it need be: keys, certificates and
schemas are loaded once, signatures are verified outside the transaction. It imports nothing of the gateway's and uses
its schemas, which are the service's definition.
"""
