-- Elects one of those who ask under the same name, for a time.
--
-- KEYS[1]  prefix of all keys of the bus
-- ARGV[1]  the name
-- ARGV[2]  for how long, in milliseconds
--
-- Reply: 1 for who is elected, 0 for everyone else

return redis.call('SET', KEYS[1] .. 'elected:' .. ARGV[1], '1', 'NX', 'PX', ARGV[2]) and 1 or 0
