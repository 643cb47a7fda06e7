// What a program with @kubernetes/client-node does: CRUD, patches, informers, generic objects, exec.
// Usage: node node_client.mjs MODULES KUBECONFIG NAMESPACE
import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';

const [modules, kubeconfig, namespace] = process.argv.slice(2);
const k8s = await import(createRequire(modules + '/').resolve('@kubernetes/client-node'));

function check(condition, what) {
  if (!condition) throw new Error('not so: ' + what);
  console.log('ok ' + what);
}

async function refused(call, code) {
  try {
    await call();
  } catch (error) {
    return error.code === code;
  }
  return false;
}

async function until(what, condition) {
  for (let i = 0; i < 300; i++) {
    if (await condition()) return check(true, what);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  check(false, what + ' within a minute');
}

async function crud(core) {
  const body = { metadata: { name: 'one', labels: { of: 'node' } }, data: { a: '1' } };
  const made = await core.createNamespacedConfigMap({ namespace, body });
  check(made.metadata.uid && made.metadata.creationTimestamp instanceof Date, 'create');
  check(await refused(() => core.createNamespacedConfigMap({ namespace, body }), 409), 'a second create conflicts');
  made.data.b = '2';
  const replaced = await core.replaceNamespacedConfigMap({ name: 'one', namespace, body: made });
  check(replaced.data.b === '2', 'replace');
  const merge = k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch);
  const patched = await core.patchNamespacedConfigMap({ name: 'one', namespace, body: { data: { c: '3' } } }, merge);
  check(patched.data.c === '3', 'merge patch');
  const operations = [{ op: 'remove', path: '/data/c' }];
  const again = await core.patchNamespacedConfigMap({ name: 'one', namespace, body: operations });
  check(!('c' in again.data), 'JSON patch');
  const list = await core.listNamespacedConfigMap({ namespace, labelSelector: 'of=node' });
  check(list.items.length === 1, 'list by labels');
  await core.deleteNamespacedConfigMap({ name: 'one', namespace });
  check(await refused(() => core.readNamespacedConfigMap({ name: 'one', namespace }), 404), 'deleted');
}

async function informer(config, core) {
  const seen = [];
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  const secrets = k8s.makeInformer(config, path, () => core.listNamespacedSecret({ namespace }));
  for (const event of ['add', 'update', 'delete']) secrets.on(event, (o) => seen.push(`${event} ${o.metadata.name}`));
  await core.createNamespacedSecret({ namespace, body: { metadata: { name: 'before' } } });
  await secrets.start();
  await core.createNamespacedSecret({ namespace, body: { metadata: { name: 'after' }, stringData: { a: '1' } } });
  const object = await core.readNamespacedSecret({ name: 'after', namespace });
  object.data.b = 'Mg==';
  await core.replaceNamespacedSecret({ name: 'after', namespace, body: object });
  await core.deleteNamespacedSecret({ name: 'after', namespace });
  await until('an informer sees every change', () => seen.includes('delete after'));
  check(seen.join() === 'add before,add after,update after,delete after', 'in order: ' + seen.join());
  check(secrets.get('before', namespace).metadata.name === 'before', 'and keeps the present objects');
  await secrets.stop();
}

async function objects(config) {
  const client = k8s.KubernetesObjectApi.makeApiClient(config);
  const container = { name: 'sleep', image: 'none', command: ['sleep', '1000'] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'sleeper', namespace },
                spec: { terminationGracePeriodSeconds: 0, containers: [container] } };
  await client.create(pod);
  await until('a pod made as a generic object runs', async () => (await client.read(pod)).status.phase === 'Running');
  await client.patch({ ...pod, spec: undefined, metadata: { ...pod.metadata, labels: { x: 'y' } } });
  check((await client.read(pod)).metadata.labels.x === 'y', 'and is patched');
}

async function exec(config) {
  let text = '';
  const out = new PassThrough();
  out.on('data', (piece) => { text += piece; });
  const status = await new Promise((resolve, reject) => {
    new k8s.Exec(config).exec(namespace, 'sleeper', 'sleep', ['echo', 'it', 'works'], out, null, null, false, resolve)
      .catch(reject);
  });
  check(status.status === 'Success', 'exec ends well');
  check(text === 'it works\n', 'and its output arrives');
}

const config = new k8s.KubeConfig();
config.loadFromFile(kubeconfig);
const core = config.makeApiClient(k8s.CoreV1Api);
await core.createNamespace({ body: { metadata: { name: namespace } } });
check((await config.makeApiClient(k8s.VersionApi).getCode()).major === '1', 'version');
await crud(core);
await informer(config, core);
await objects(config);
await exec(config);
await core.deleteNamespace({ name: namespace });
process.exit(0);
