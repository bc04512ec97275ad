import { App } from 'cdktf';
import { defineEnvironment } from './src/app';
import { readInputs } from './src/config/inputs';

try {
  const app = new App();
  defineEnvironment(app, readInputs(process.env), process.cwd());
  app.synth();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
