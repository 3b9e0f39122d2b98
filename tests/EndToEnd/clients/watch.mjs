// Watches with @grpc/grpc-js and proto-loader until an alert of the device comes, and prints it.
// usage: node watch.mjs HOST:PORT DEVICE SECONDS
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const [address, device, seconds] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const googleApis = dirname(createRequire(import.meta.url).resolve('protobufjs/package.json'));
const definition = loadSync('pingan/alerts/v1/alert_service.proto', {
  includeDirs: [join(here, '../../../proto'), googleApis], longs: String, enums: String, defaults: true, oneofs: true,
});
const { AlertService } = grpc.loadPackageDefinition(definition).pingan.alerts.v1;
const stream = new AlertService(address, grpc.credentials.createInsecure()).Watch({ after: 0 });
setTimeout(() => { console.error('no alert in time'); process.exit(1); }, Number(seconds) * 1000);
stream.on('error', (e) => { console.error(e.message); process.exit(2); });
stream.on('data', (m) => {
  const alert = m.snapshot ?? m.event?.alert;
  if (alert?.device === device) {
    console.log(JSON.stringify({ device: alert.device, severity: alert.severity, rule: alert.ruleId, title: alert.title.zh }));
    process.exit(0);
  }
});
