-- What the campaign is about: a key of the consent room's topics.
ALTER TABLE campaign ADD COLUMN topic TEXT;
