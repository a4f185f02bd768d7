/**
 * The bulk of WhatsApp's own application script, as real JavaScript: thousands of small modules, all parsed by
 * the browser, every fourth one run at once, the rest kept until asked for.
 */

const made = new Map<number, Buffer>();

/** A script of about that many bytes. The same size gives the same script. */
export function paddingScript(bytes: number): Buffer {
  const wanted = Math.max(0, Math.min(bytes, 256 * 2 ** 20));
  let script = made.get(wanted);
  if (!script) {
    script = Buffer.from(write(wanted));
    made.clear();
    made.set(wanted, script);
  }
  return script;
}

function write(bytes: number): string {
  const parts = ['(()=>{const d=new Map();const m=(n,f)=>d.set(n,f);const r=(n)=>d.get(n)({});\n'];
  let size = parts[0]?.length ?? 0;
  let index = 0;
  while (size < bytes) {
    const part = writeModule(index++);
    parts.push(part);
    size += part.length;
  }
  parts.push(
    `window.__app={modules:d,started:[]};for(let i=0;i<${index};i+=4)window.__app.started.push(r("WAWebUnit"+i));})();\n`,
  );
  return parts.join('');
}

function writeModule(index: number): string {
  const seed = (index * 2_654_435_761) >>> 0;
  const words = Array.from({ length: 12 }, (_, i) => ((seed ^ (i * 0x9e3779b1)) >>> 0).toString(36));
  const [a, b, c, e] = words;
  return [
    `m("WAWebUnit${index}",(x)=>{"use strict";const table_${a}={${words.map((word, i) => `k${i}_${word}:"${word}${i}"`).join(',')}};`,
    `function step_${b}(list,limit){let sum=${seed % 997};for(const item of list){if(item.weight>limit){sum=(sum*31+item.weight)|0;}`,
    `else if(item.next!=null){sum^=step_${b}([item.next],limit-1);}}return sum;}`,
    `class Unit_${c}{constructor(name){this.name=name;this.items=[];this.table=table_${a};}`,
    `add(weight,next){this.items.push({weight,next:next??null});return this;}`,
    `total(limit){return step_${b}(this.items,limit)+Object.keys(this.table).length;}`,
    `describe(){return \`\${this.name}:\${this.items.length}:\${this.total(${index % 50})}\`;}}`,
    `async function load_${e}(unit,count){for(let i=0;i<count;i++){unit.add(i*${(seed % 13) + 1},i%3?null:{weight:i,next:null});}`,
    `await null;return unit.describe();}`,
    `x.unit=new Unit_${c}("${words[4]}").add(${seed % 101}).add(${seed % 53},{weight:${seed % 7},next:null});`,
    `x.load=load_${e};x.label=x.unit.describe();return x;});\n`,
  ].join('\n');
}
