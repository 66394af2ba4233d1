-- Asks for the paths of the file WRK_PATHS, one after another, or for the path of the command line without it; prints what
-- wrk counted as one line of JSON. The bytes include those of responses that the end of the run cut off.
local paths = {}
local file = os.getenv('WRK_PATHS')
local nth = 0

if file then
  for line in io.lines(file) do paths[#paths + 1] = line end
  request = function()
    nth = nth % #paths + 1
    return wrk.format('GET', paths[nth])
  end
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"bytes":%d,"microseconds":%d,"errors":%d,"p50":%d,"p95":%d,"p99":%d}\n',
    summary.requests, summary.bytes, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)
  ))
end
