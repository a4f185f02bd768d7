import { useState } from 'preact/hooks';
import { go } from '../model/router.ts';
import { client } from '../service/client.ts';
import { Copyable } from '../ui/copyable.tsx';
import { Field } from '../ui/field.tsx';
import { PlaceForm } from '../ui/place.tsx';
import { Submit } from '../ui/submit.tsx';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';

/** `/machines/new`: a session manager by its address and key. The hub tries both before it keeps them. */
export function AddMachine() {
  const { form } = words.value.machines;
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [token, setToken] = useState('');
  const [peerUrl, setPeerUrl] = useState('');
  const order = useOrder();
  const add = async (): Promise<void> => {
    await client.call('addMachine', { body: { name, url, token, peerUrl: peerUrl === '' ? null : peerUrl } });
    go('/machines');
  };
  return (
    <PlaceForm
      title={form.title}
      back={{ to: '/machines', label: words.value.places.names.machines }}
      onSubmit={() => void order.give(add)}
    >
      <p>{form.intro}</p>
      <Field label={form.name} name="name" value={name} onInput={setName} rule={form.nameRule} isRequired isFirst />
      <Field label={form.url} name="url" type="url" value={url} onInput={setUrl} rule={form.urlRule} isRequired />
      <Field
        label={form.token}
        name="token"
        type="password"
        value={token}
        onInput={(text) => setToken(text.trim())}
        rule={
          <>
            {form.tokenRule} <Copyable text={form.tokenCommand} />
          </>
        }
        isRequired
      />
      <details>
        <summary>{form.peers}</summary>
        <Field
          label={form.peerUrl}
          name="peerUrl"
          type="url"
          value={peerUrl}
          onInput={setPeerUrl}
          rule={form.peerRule}
        />
      </details>
      <Submit order={order} label={form.submit} running={form.submitting} />
    </PlaceForm>
  );
}
