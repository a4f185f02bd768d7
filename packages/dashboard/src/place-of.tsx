import { useEffect } from 'preact/hooks';
import { Audit } from './audit/view.tsx';
import { Keys } from './keys/list.tsx';
import { MakeKey } from './keys/make.tsx';
import { AddMachine } from './machines/add.tsx';
import { Machines } from './machines/list.tsx';
import type { Place } from './model/places.ts';
import { AddTenant } from './tenants/add.tsx';
import { Tenants } from './tenants/list.tsx';
import { words } from './words/index.ts';

const LISTS = { machines: Machines, tenants: Tenants, keys: Keys, audit: Audit };
const FORMS = { machines: AddMachine, tenants: AddTenant, keys: MakeKey, audit: Audit };

/** A view of the installation, or the form that adds to it. */
export function PlaceOf({ place, isNew }: { place: Place; isNew: boolean }) {
  const View = (isNew ? FORMS : LISTS)[place];
  const title = words.value.places.names[place];
  useEffect(() => {
    document.title = `${title} · LeadMaster`;
    return () => {
      document.title = 'LeadMaster';
    };
  }, [title]);
  return <View />;
}
