// Reads messages from standard input and says what llhttp, the parser inside
// Node, makes of each: one JSON line a message. A message is two bytes, its
// kind (0 requests, 1 responses, 2 responses to HEAD) and whether to be lenient,
// four of length, big-endian, and its bytes; then the connection ends.
'use strict';
const binding = process.binding('http_parser');
const { HTTPParser } = binding;
const methods = binding.allMethods || binding.methods;

function parse(kind, lenient, bytes) {
  const said = { messages: [], end: 'ok', upgrade: false };
  const parser = new HTTPParser();
  parser.initialize(kind === 0 ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {}, 1 << 20, lenient ? HTTPParser.kLenientAll : HTTPParser.kLenientNone);
  let open = null, line = [];
  parser[HTTPParser.kOnMessageBegin] = () => { open = null; line = []; };
  parser[HTTPParser.kOnHeaders] = (fields, url) => { line.push(url); }; // when there are many; also of trailers
  parser[HTTPParser.kOnHeadersComplete] = (major, minor, fields, method, url, status, reason, upgrade) => {
    open = { method: methods[method] || '', target: line.join('') + (url || ''), status: status || 0, body: [], complete: false };
    line = [];
    said.messages.push(open);
    said.upgrade = said.upgrade || upgrade;
    return kind === 2 ? 1 : 0;
  };
  parser[HTTPParser.kOnBody] = (b, from, n) => { open.body.push(from === undefined ? b : b.subarray(from, from + n)); };
  parser[HTTPParser.kOnMessageComplete] = () => { open.complete = true; };
  const done = parser.execute(bytes);
  if (done instanceof Error) {
    said.end = done.code;
  } else {
    const last = parser.finish();
    if (last instanceof Error) said.end = last.code;
  }
  for (const m of said.messages) {
    m.target = Buffer.from(m.target, 'latin1').toString('base64');
    m.body = Buffer.concat(m.body).toString('base64');
  }
  return JSON.stringify(said) + '\n';
}

let rest = Buffer.alloc(0);
process.stdin.on('data', (more) => {
  rest = rest.length ? Buffer.concat([rest, more]) : more;
  while (rest.length >= 6 && rest.length >= 6 + rest.readUInt32BE(2)) {
    const n = 6 + rest.readUInt32BE(2);
    process.stdout.write(parse(rest[0], rest[1] === 1, Buffer.from(rest.subarray(6, n))));
    rest = rest.subarray(n);
  }
});
