-- What the message is about: consent by topic is asked at the handover, and the unsubscribe link leaves it.
ALTER TABLE outbox ADD COLUMN topic TEXT;
