// OpenAI's JavaScript client: an answer, and its own accumulation of a stream.
import assert from 'node:assert';
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: process.env.DOSSIER_BASE_URL, apiKey: process.env.DOSSIER_KEY });
const request = { model: 'dossier', messages: [{ role: 'user', content: process.env.DOSSIER_QUESTION }] };

const whole = await client.chat.completions.create(request);
const text = whole.choices[0].message.content;
console.log(text);
assert.match(text, /\[\d\]/);
const stream = client.chat.completions.stream(request);
assert.equal(await stream.finalContent(), text);
await assert.rejects(
  client.chat.completions.create({ ...request, messages: [{ role: 'system', content: 'Hello' }] }),
  { status: 400, param: 'messages' },
);
