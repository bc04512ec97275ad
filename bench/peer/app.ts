import { App, Tags } from 'aws-cdk-lib';
import { ApplicationStack } from './application-stack';
import { FoundationStack } from './foundation-stack';

const name = 'cloudpe-default-prod';
const env = { account: '222222222222', region: 'us-east-1' };

const app = new App();
const foundation = new FoundationStack(app, `${name}-foundation`, { env, name });
new ApplicationStack(app, `${name}-application`, { env, name, foundation });
Tags.of(app).add('project', 'cloudpe');
Tags.of(app).add('environment', 'prod');
app.synth();
