// The Vercel AI SDK: generateText, streamText with usage, and the metadata of the provider.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, streamText } from 'ai';
import assert from 'node:assert';

const dossier = createOpenAICompatible({
  name: 'dossier',
  baseURL: process.env.DOSSIER_BASE_URL,
  apiKey: process.env.DOSSIER_KEY,
  includeUsage: true,
});
const asked = { model: dossier('dossier'), prompt: process.env.DOSSIER_QUESTION };

const whole = await generateText(asked);
console.log(whole.text);
assert.match(whole.text, /\[\d\]/);
assert.equal(whole.finishReason, 'stop');

const stream = streamText(asked);
let text = '';
for await (const piece of stream.textStream) text += piece;
assert.equal(text, whole.text);
const usage = await stream.usage;
console.log('finish reason', await stream.finishReason, 'usage', usage.inputTokens, usage.outputTokens);
assert(usage.totalTokens > 0);
