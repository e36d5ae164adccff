/**
 * What ECS and EFS refuse by their documents (docs.aws.amazon.com/AmazonECS/latest/APIReference, docs.aws.amazon.com/efs/latest/ug) and the emulator lets
 * pass, of what we ask for: why this call is refused; null: it is not.
 */
export function refusedByAws(action: string, body: string): string | null {
  const rules = RULES[action];
  if (rules === undefined) return null;
  const asked = JSON.parse(body) as Asked;
  return Object.entries(rules).find(([, holds]) => !holds(asked))?.[0] ?? null;
}

interface Tag {
  readonly key: string;
  readonly value: string;
}

interface Asked {
  readonly startedBy?: string;
  readonly clientToken?: string;
  readonly family?: string;
  readonly desiredStatus?: string;
  readonly overrides?: object;
  readonly tags?: readonly Tag[];
  readonly tasks?: readonly string[];
  readonly taskDefinitions?: readonly string[];
  readonly networkMode?: string;
  readonly requiresCompatibilities?: readonly string[];
  readonly volumes?: readonly {
    readonly name: string;
    readonly efsVolumeConfiguration?: {
      readonly rootDirectory?: string;
      readonly transitEncryption?: string;
    };
  }[];
  readonly ClientToken?: string;
  readonly RootDirectory?: { readonly Path?: string };
}

const NAME = /^[\w-]{1,255}$/;
const TOKEN = /^[!-~]{1,64}$/;
const TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

type Rules = Readonly<Record<string, (asked: Asked) => boolean>>;

const TAGS: Rules = {
  'tags: at most 50, of at most 128 and 256 characters that are allowed': ({ tags = [] }) =>
    tags.length <= 50 &&
    tags.every(
      ({ key, value }) => key.length <= 128 && value.length <= 256 && TAG.test(key) && TAG.test(value),
    ),
};

const RULES: Readonly<Record<string, Rules>> = {
  RunTask: {
    ...TAGS,
    'startedBy: at most 128 letters, digits, -, _ and /': ({ startedBy = 'none' }) =>
      /^[\w/-]{1,128}$/.test(startedBy),
    'clientToken: at most 64 characters that can be seen': ({ clientToken = 'none' }) =>
      TOKEN.test(clientToken),
    'overrides: at most 8192 characters': ({ overrides = {} }) => JSON.stringify(overrides).length <= 8_192,
  },
  RegisterTaskDefinition: {
    ...TAGS,
    'family: at most 255 letters, digits, - and _': ({ family = '' }) => NAME.test(family),
    'volumes: names of letters, digits, - and _': ({ volumes = [] }) =>
      volumes.every(({ name }) => NAME.test(name)),
    'volumes: encrypted on the way, without a directory beside an access point': ({ volumes = [] }) =>
      volumes.every(
        ({ efsVolumeConfiguration: efs }) =>
          efs === undefined || (efs.transitEncryption === 'ENABLED' && (efs.rootDirectory ?? '/') === '/'),
      ),
    'networkMode: Fargate knows awsvpc only': ({ networkMode, requiresCompatibilities = [] }) =>
      networkMode === 'awsvpc' || !requiresCompatibilities.includes('FARGATE'),
    'a definition has at most 64 KB': (asked) => JSON.stringify(asked).length <= 65_536,
  },
  ListTasks: {
    'startedBy: beside it no other filter': ({ startedBy, family, desiredStatus }) =>
      startedBy === undefined || (family === undefined && desiredStatus === undefined),
  },
  DescribeTasks: { 'tasks: 1 to 100': ({ tasks = [] }) => tasks.length > 0 && tasks.length <= 100 },
  DeleteTaskDefinitions: {
    'taskDefinitions: at most 10': ({ taskDefinitions = [] }) => taskDefinitions.length <= 10,
  },
  CreateAccessPoint: {
    'ClientToken: at most 64 characters': ({ ClientToken = 'none' }) => TOKEN.test(ClientToken),
    'RootDirectory: at most 100 characters, four levels': ({ RootDirectory: { Path = '/' } = {} }) =>
      Path.length <= 100 && /^(\/|(\/(?!\.)[^$#<>;`|&?{}^*/\n]+){1,4})$/.test(Path),
  },
};
