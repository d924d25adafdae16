-- What wrk sends: the requests of etcd's client (User-Agent, Accept-Encoding and query as recorded).
--
--   wrk -s requests.lua URL -- read           GET of the URL, over and over
--   wrk -s requests.lua URL -- register FILE  the registrations in FILE, one per line: path, space, form
wrk.headers["User-Agent"] = "Go-http-client/1.1"
wrk.headers["Accept-Encoding"] = "gzip"

function init(args)
  if args[1] ~= "register" then return end
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  local lines = io.lines(args[2])
  request = function()
    local line = lines()
    if line == nil then error("the file has too few registrations") end
    local space = line:find(" ", 1, true)
    return wrk.format("PUT", line:sub(1, space - 1), wrk.headers, line:sub(space + 1))
  end
end

function done(summary, latency)
  io.write(string.format(
    'RESULT {"requests":%d,"microseconds":%d,"refused":%d,"broken":%d,"p50Microseconds":%d,"p99Microseconds":%d}\n',
    summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)
  ))
end
