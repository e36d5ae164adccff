// Made by module-host/generate.ts.
import type { OfferedScript } from '@errand/contract';

/** The scripts that every agent has: the bundles of `../shipped/*.ts`. */
export const SHIPPED: readonly { readonly offered: OfferedScript; readonly text: string }[] =
  [
 {
  "offered": {
   "name": "latency",
   "description": "Measures how long answers take: of the control plane, or of any URL.",
   "parameters": {
    "type": "object",
    "properties": {
     "url": {
      "type": "string",
      "pattern": "^https?://",
      "description": "instead of the control plane"
     },
     "count": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1000,
      "default": 20,
      "description": "requests, one after the other"
     },
     "pause": {
      "type": "integer",
      "minimum": 0,
      "maximum": 10000,
      "default": 100,
      "description": "ms between two"
     }
    },
    "additionalProperties": false
   },
   "result": {
    "from": "return",
    "schema": null,
    "view": {
     "kind": "table",
     "path": "percentiles",
     "columns": [
      {
       "path": "name",
       "title": "percentile"
      },
      {
       "path": "ms",
       "title": "ms"
      }
     ]
    }
   },
   "sha256": "f1e8089d89a1cb9446b1f156e802ba4ca7561f57a53f07237e290df020e0809c"
  },
  "text": "import{Agent as p,request as c}from\"node:http\";import{Agent as d,request as f}from\"node:https\";import{setTimeout as h}from\"node:timers/promises\";var S=\"Measures how long answers take: of the control plane, or of any URL.\",q={type:\"object\",properties:{url:{type:\"string\",pattern:\"^https?://\",description:\"instead of the control plane\"},count:{type:\"integer\",minimum:1,maximum:1e3,default:20,description:\"requests, one after the other\"},pause:{type:\"integer\",minimum:0,maximum:1e4,default:100,description:\"ms between two\"}},additionalProperties:!1},L={from:\"return\",view:{kind:\"table\",path:\"percentiles\",columns:[{path:\"name\",title:\"percentile\"},{path:\"ms\",title:\"ms\"}]}},g=1e4,y={min:0,p50:.5,p90:.9,p99:.99,max:1};async function R({url:n,count:r=20,pause:e=100},t){let s=n??new URL(\"/healthz\",t.controlPlane.url).href,o=new(s.startsWith(\"https:\")?d:p)({keepAlive:!0,maxSockets:1}),l=[],m=0,u=null;try{for(let i=0;i<=r;i+=1){i>0&&await h(e,void 0,{signal:t.signal});let a=await b(n,o,t);a===null?m+=1:u===null?u=a:l.push(a),a!==null&&i>0&&t.progress(`${i} of ${r}: ${a} ms`)}}finally{o.destroy()}if(u===null)throw new Error(`${s} never answered`);return{url:s,count:r,failed:m,connectMs:u,percentiles:M(l)}}async function b(n,r,e){let t={agent:r,signal:AbortSignal.any([e.signal,AbortSignal.timeout(g)])},s=performance.now();try{let o=n?.startsWith(\"https:\")===!0?f:c,l=n===void 0?e.controlPlane.open(\"GET\",\"/healthz\",t):o(n,t);return await w(l),Math.round((performance.now()-s)*100)/100}catch(o){return e.signal.throwIfAborted(),e.log(o instanceof Error?o.message:String(o)),null}}function w(n){return new Promise((r,e)=>{n.once(\"error\",e),n.once(\"response\",t=>{t.once(\"error\",e).once(\"end\",()=>r()).resume()}),n.end()})}function M(n){let r=n.toSorted((e,t)=>e-t);return r.length===0?[]:Object.entries(y).map(([e,t])=>({name:e,ms:r[Math.max(0,Math.ceil(t*r.length)-1)]??0}))}export{S as description,q as parameters,L as result,R as run};\n"
 },
 {
  "offered": {
   "name": "listdir",
   "description": "Lists the files below a folder, one a line.",
   "parameters": {
    "type": "object",
    "required": [
     "path"
    ],
    "properties": {
     "path": {
      "type": "string",
      "minLength": 1,
      "description": "a folder or a file; relative ones begin in the home folder"
     },
     "hidden": {
      "type": "boolean",
      "default": false,
      "description": "also what begins with a dot"
     }
    },
    "additionalProperties": false
   },
   "result": {
    "from": "return",
    "schema": null,
    "view": {
     "kind": "table",
     "path": "files",
     "columns": [
      {
       "path": "path",
       "title": "path"
      },
      {
       "path": "bytes",
       "title": "bytes"
      },
      {
       "path": "modified",
       "title": "modified"
      }
     ]
    }
   },
   "sha256": "88c715ee939995c239aa3bed3336c028bee8602ebd95694fc88f14a118c71c24"
  },
  "text": "import{lstatSync as c,readdirSync as m}from\"node:fs\";import{homedir as u}from\"node:os\";import{join as h,resolve as y}from\"node:path\";var v=\"Lists the files below a folder, one a line.\",D={type:\"object\",required:[\"path\"],properties:{path:{type:\"string\",minLength:1,description:\"a folder or a file; relative ones begin in the home folder\"},hidden:{type:\"boolean\",default:!1,description:\"also what begins with a dot\"}},additionalProperties:!1},C={from:\"return\",view:{kind:\"table\",path:\"files\",columns:[{path:\"path\",title:\"path\"},{path:\"bytes\",title:\"bytes\"},{path:\"modified\",title:\"modified\"}]}},g=1e3;function I({path:e,hidden:o=!1},{signal:t,log:i}){let n=[],l=0,d=r=>{t.throwIfAborted(),process.stdout.write(`${r}\n`),l+=1,n.length<g&&n.push(w(r))},f=r=>{for(let a of b(r,i)){if(a.name.startsWith(\".\")&&!o)continue;let p=h(r,a.name);a.isDirectory()?f(p):d(p)}},s=y(u(),e);return c(s).isDirectory()?f(s):d(s),{count:l,files:n}}function b(e,o){try{return m(e,{withFileTypes:!0}).toSorted((t,i)=>t.name<i.name?-1:1)}catch(t){return o(t instanceof Error?t.message:String(t)),[]}}function w(e){let o=c(e,{throwIfNoEntry:!1});return{path:e,bytes:o?.size??0,modified:(o?.mtime??new Date(0)).toISOString()}}export{v as description,D as parameters,C as result,I as run};\n"
 },
 {
  "offered": {
   "name": "netspeed",
   "description": "Measures the real transfer between this agent and its control plane, down and up.",
   "parameters": {
    "type": "object",
    "properties": {
     "seconds": {
      "type": "number",
      "minimum": 1,
      "maximum": 50,
      "default": 10,
      "description": "how long in all: half of it down, half of it up"
     },
     "connections": {
      "type": "integer",
      "minimum": 1,
      "maximum": 8,
      "default": 4,
      "description": "how many at once"
     }
    },
    "additionalProperties": false
   },
   "result": {
    "from": "return",
    "schema": {
     "type": "object",
     "required": [
      "down",
      "up",
      "unit"
     ],
     "properties": {
      "down": {
       "type": "number",
       "minimum": 0
      },
      "up": {
       "type": "number",
       "minimum": 0
      },
      "unit": {
       "const": "Mbps"
      }
     }
    },
    "view": {
     "kind": "gauge",
     "path": "down",
     "min": 0,
     "max": 1000,
     "unit": "Mbps"
    }
   },
   "sha256": "096f7650e8112779cebaec918f639894d19170dc603ce408f0aec48c8849be6f"
  },
  "text": "import{Agent as A}from\"node:http\";import{Agent as T}from\"node:https\";var R=\"Measures the real transfer between this agent and its control plane, down and up.\",O={type:\"object\",properties:{seconds:{type:\"number\",minimum:1,maximum:50,default:10,description:\"how long in all: half of it down, half of it up\"},connections:{type:\"integer\",minimum:1,maximum:8,default:4,description:\"how many at once\"}},additionalProperties:!1},b={type:\"number\",minimum:0},U={from:\"return\",schema:{type:\"object\",required:[\"down\",\"up\",\"unit\"],properties:{down:b,up:b,unit:{const:\"Mbps\"}}},view:{kind:\"gauge\",path:\"down\",min:0,max:1e3,unit:\"Mbps\"}},f=\"/v1/agent/transfer\",p=32*1024*1024,l=Buffer.alloc(256*1024),x=1e3,S=1e3;async function q({seconds:t=10,connections:o=4},n){crypto.getRandomValues(l.subarray(0,65536));for(let s=65536;s<l.length;s+=65536)crypto.getRandomValues(l.subarray(s,s+65536));let e={ms:t*500,connections:o,context:n},r=await y(\"down\",{...e,transfer:v}),a=await y(\"up\",{...e,transfer:C}),i={bytesDown:r.bytes,bytesUp:a.bytes};return{down:r.mbps,up:a.mbps,unit:\"Mbps\",...i,seconds:t,connections:o}}async function y(t,{ms:o,connections:n,context:e,transfer:r}){let a=Math.min(o/4,x),i=AbortSignal.any([e.signal,AbortSignal.timeout(o)]),s=0,u={at:performance.now(),bytes:0},h=setTimeout(()=>{u={at:performance.now(),bytes:s}},a),d=()=>_(s-u.bytes,performance.now()-u.at),M=setInterval(()=>e.progress(`${t} ${d()} Mbps`),S),P=Array.from({length:n},async()=>{let c=new(e.controlPlane.url.startsWith(\"https:\")?T:A)({keepAlive:!0,maxSockets:1});try{for(;!i.aborted;)await r({context:e,agent:c,signal:i},m=>{s+=m})}catch(m){if(!i.aborted)throw m}finally{c.destroy()}});try{await Promise.all(P);let c={mbps:d(),bytes:s};return e.signal.throwIfAborted(),e.progress(`${t} ${c.mbps} Mbps over ${n} connections`),c}finally{clearTimeout(h),clearInterval(M)}}var v=async(t,o)=>{let n=g(t,\"GET\",`${f}?bytes=${p}`);n.end();let e=await w(n);for await(let r of e)o(r.length)},C=async(t,o)=>{let n=g(t,\"POST\",f,{headers:{\"content-type\":\"application/octet-stream\",\"content-length\":p}}),e=w(n),r=new AbortController,a=e.then(()=>r.abort(),()=>r.abort());for(let i=0;i<p&&!r.signal.aborted;i+=l.length){let s=n.write(l);o(l.length),s||await Promise.race([a,new Promise(u=>n.once(\"drain\",u))])}n.end(),(await e).resume()};function g(t,o,n,e={}){let{context:r,agent:a,signal:i}=t;return r.controlPlane.open(o,n,{...e,agent:a,signal:i})}function w(t){return new Promise((o,n)=>{t.once(\"error\",n),t.once(\"response\",e=>{if(e.statusCode===200)return o(e);let r=\"\";e.setEncoding(\"utf8\").on(\"data\",a=>{r+=a}),e.once(\"close\",()=>n(new Error(`the control plane answered ${e.statusCode}: ${r}`)))})})}function _(t,o){return o<=0?0:Math.round(t*8/(o*10))/100}export{R as description,O as parameters,U as result,q as run};\n"
 },
 {
  "offered": {
   "name": "sysinfo",
   "description": "Says what machine this agent runs on, and how busy it is.",
   "parameters": {
    "type": "object",
    "properties": {},
    "additionalProperties": false
   },
   "result": {
    "from": "return",
    "schema": null,
    "view": {
     "kind": "json"
    }
   },
   "sha256": "8d08f04b483036ff88aaedc1d29ad18652a3654edd7cd6fc781fb3931ac7f71a"
  },
  "text": "import{statfsSync as a}from\"node:fs\";import{arch as l,cpus as m,freemem as d,hostname as i,loadavg as u,platform as y,release as c,totalmem as p,uptime as f,userInfo as h}from\"node:os\";var k=\"Says what machine this agent runs on, and how busy it is.\",v={type:\"object\",properties:{},additionalProperties:!1},w={from:\"return\",view:{kind:\"json\"}};function M(b,{workDir:r}){let e=m(),{bsize:o,blocks:t,bavail:n}=a(r);return{hostname:i(),system:`${y()} ${c()}`,architecture:l(),processors:{count:e.length,model:e[0]?.model.trim()??\"unknown\"},memory:{total:p(),free:d()},disk:{total:o*t,free:o*n},load:u().map(s=>Math.round(s*100)/100),uptime:Math.round(f()),user:h().username,node:process.versions.node}}export{k as description,v as parameters,w as result,M as run};\n"
 }
];
