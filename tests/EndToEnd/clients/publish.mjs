// Publishes one message at QoS 1 with npm `mqtt` and ends when it is acknowledged.
// usage: node publish.mjs URL GATEWAY TOPIC PAYLOAD PROTOCOL_VERSION(4|5)
import mqtt from 'mqtt';

const [url, gateway, topic, payload, version] = process.argv.slice(2);
const client = await mqtt.connectAsync(url, {
  clientId: `${gateway}-node-${process.pid}`, username: gateway, password: 'x',
  protocolVersion: Number(version), reconnectPeriod: 0, connectTimeout: 10_000,
});
await client.publishAsync(topic, payload, { qos: 1 });
console.log('acknowledged');
await client.endAsync();
