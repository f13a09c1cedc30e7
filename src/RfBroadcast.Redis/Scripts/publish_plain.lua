-- Publishes envelopes of several channels that are not ordered. One that is refused does not keep the others back.
-- ARGV  topic and envelope in turn
-- Gives nothing when all were published; else a list: the number of each pair that was refused, and the error.
local arguments, publish = ARGV, redis.pcall
local refused
for i = 2, #arguments, 2 do
  local result = publish('PUBLISH', arguments[i - 1], arguments[i])
  if type(result) ~= 'number' then
    refused = refused or {}
    refused[#refused + 1] = i / 2
    refused[#refused + 1] = result.err
  end
end
return refused
