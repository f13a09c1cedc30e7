-- Tells what the server says of itself, where the client does not let one ask.
-- Gives the text of INFO.
return redis.call('INFO')
