import type { tenants as en } from '../en/tenants.ts';

export const tenants: typeof en = {
  add: 'Agregar un inquilino',
  none: 'Todavía no hay ningún inquilino',
  noneText:
    'Un inquilino es un cliente suyo, con sesiones y claves propias. Sus claves no ven nada de otros. Las sesiones propias de usted no necesitan ninguno.',
  keys: 'Claves',
  of: (count, limit) => `${count} de ${limit}`,
  since: 'Desde',
  makeKey: 'Crear una clave',
  waiting: (name, count) =>
    `${count === 1 ? 'Una sesión espera' : `${count} sesiones esperan`} a un inquilino ${name} que no existe.`,
  addIt: (name) => `Agregar ${name}`,
  changeTitle: (name) => `Cambiar ${name}`,
  delete: 'Borrar',
  deleteTitle: (name) => `¿Borrar ${name}?`,
  deleteText:
    'El inquilino y todas sus claves terminan al momento, con lo que tengan abierto. No le puede quedar ninguna sesión; lo que la auditoría cuenta de él queda.',
  form: {
    title: 'Agregar un inquilino',
    name: 'Nombre',
    nameRule: 'Letras minúsculas, dígitos y -. Sus sesiones se llaman NOMBRE.SESIÓN: acme.ventas',
    label: 'Título',
    labelRule: 'Cómo se llama entre personas',
    sessions: 'Sesiones como máximo',
    keys: 'Claves como máximo',
    limitRule: 'Vacío: tantas como quiera',
    accept: 'Lo que las máquinas tienen o pueden tener con este nombre es de este inquilino',
    submit: 'Agregarlo',
    submitting: 'Agregándolo',
  },
};
