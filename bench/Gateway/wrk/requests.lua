-- What wrk sends, by the first argument after `--`: charge, frictionless, token, capture, detail, list or plain. The second is a word that no other run has; the third a
-- file with one identifier a line, where the request needs one. At the end it prints one line of JSON.
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local person = '"email":"john.doe@example.com","first_name":"John","last_name":"Doe","billing_address":{"address":"123 Main Street","city":"Sydney",' ..
  '"state":"NSW","country":"AU","postal_code":"2000"},"return_url":"https://example.com"'
local card = '"card_info":{"card_number":"4242424242424242","card_expiry_month":12,"card_expiry_year":2030,"card_cvv_number":"123","card_holder_name":"John Doe"}'
local silent = '"card_info":{"card_number":"4000000000003055","card_expiry_month":12,"card_expiry_year":2030,"card_cvv_number":"123","card_holder_name":"John Doe"},' ..
  '"ip_address":"203.0.113.7","browser_details":{"user_agent":"Mozilla/5.0 (X11; Linux x86_64)","language":"en-AU","color_depth":24,"screen_height":1080,' ..
  '"screen_width":1920,"java_enabled":false,"javascript_enabled":true,"time_zone":-600,"accept_header":"text/html,application/xhtml+xml"}'
local headers = { ["app-id"] = "app-sandbox", ["secret-key"] = "sk-sandbox-tollgate", ["Content-Type"] = "application/json" }
local kind, run, count = "plain", "run", 0
local given = {}

function init(args)
  kind, run = args[1] or kind, args[2] or run
  if args[3] then
    local line = 0
    for id in io.lines(args[3]) do
      -- Each thread has its own share, so that nothing is captured twice.
      if kind ~= "capture" or line % 2 == number then given[#given + 1] = id end
      line = line + 1
    end
  end
end

local function body()
  count = count + 1
  local order = '"amount":1000,"currency":"AUD","external_id":"' .. run .. "-" .. number .. "-" .. count .. '",'
  if kind == "charge" or kind == "plain" then return "/api/v2/cards/charges", "{" .. order .. person .. "," .. card .. "}" end
  if kind == "frictionless" then return "/api/v2/cards/charges", "{" .. order .. person .. "," .. silent .. "}" end
  if kind == "token" then
    return "/api/v2/cards/create_payment", "{" .. order .. '"token":{"id":"' .. given[count % #given + 1] .. '"},"return_url":"https://example.com"}'
  end
  return "/api/v2/cards/capture_payment", '{"uuid":"' .. (given[count] or given[#given]) .. '"}'
end

function request()
  if kind == "detail" then
    count = count + 1
    return wrk.format("GET", "/api/v2/cards/payments/" .. given[count * 7919 % #given + 1], headers)
  end
  if kind == "list" then return wrk.format("GET", "/api/v2/cards/payments?page_size=20", headers) end
  local path, text = body()
  return wrk.format("POST", path, headers, text)
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"micros":%d,"p50":%d,"p99":%d,"p999":%d,"refused":%d,"broken":%d}\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), e.status, e.connect + e.read + e.write + e.timeout))
end
