import type * as XState from 'xstate'

/** What a case is made with: a copy of XState, and where its actions say that they ran. */
export interface Kit {
  readonly x: typeof XState
  log(...words: readonly unknown[]): void
}

/** A step of a case: an event, milliseconds that pass, or a restart from what was saved. */
export type CaseStep = XState.AnyEventObject | number | 'restore'

/** A machine and what happens to it; plain XState and an agent must do the same. */
export interface Case {
  readonly logic: XState.AnyActorLogic
  readonly input?: unknown
  readonly steps: readonly CaseStep[]
}

type Make = (kit: Kit) => Case

const e = (type: string, more: object = {}): XState.AnyEventObject => ({ type, ...more })

/** Transitions and states. */
const states: Record<string, Make> = {
  'goes from state to state, with entry and exit actions in order': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'a',
      entry: () => log('root in'),
      states: {
        a: {
          entry: () => log('a in'),
          exit: () => log('a out'),
          on: { next: { target: 'b', actions: () => log('a to b') } },
        },
        b: { entry: () => log('b in'), on: { back: 'a' } },
      },
    }),
    steps: [e('next'), e('back'), e('next')],
  }),
  'enters nested states by their initial ones, and leaves them from the inside out': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'outer',
      states: {
        outer: {
          initial: 'middle',
          exit: () => log('outer out'),
          states: {
            middle: {
              initial: 'inner',
              exit: () => log('middle out'),
              states: { inner: { exit: () => log('inner out') }, other: {} },
              on: { turn: '.other' },
            },
          },
          on: { leave: 'end' },
        },
        end: {},
      },
    }),
    steps: [e('turn'), e('leave')],
  }),
  'runs regions in parallel, each with its transition for the same event': ({ x, log }) => ({
    logic: x.createMachine({
      type: 'parallel',
      states: {
        bold: { initial: 'off', states: { off: { on: { toggle: 'on' } }, on: { on: { toggle: 'off' } } } },
        italics: {
          initial: 'off',
          states: { off: { on: { toggle: { target: 'on', actions: () => log('italics') } } }, on: {} },
        },
      },
    }),
    steps: [e('toggle'), e('toggle')],
  }),
  'ends a parallel state when all its regions have ended': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'work',
      states: {
        work: {
          type: 'parallel',
          states: {
            one: { initial: 'a', states: { a: { on: { one: 'z' } }, z: { type: 'final' } } },
            two: { initial: 'a', states: { a: { on: { two: 'z' } }, z: { type: 'final' } } },
          },
          onDone: { target: 'end', actions: () => log('both') },
        },
        end: { type: 'final' },
      },
    }),
    steps: [e('two'), e('one')],
  }),
  'remembers the last state, shallow': ({ x }) => ({ logic: history(x, 'shallow'), steps: historySteps }),
  'remembers the last state, deep': ({ x }) => ({ logic: history(x, 'deep'), steps: historySteps }),
  'goes to the default of a history that remembers nothing': ({ x }) => ({
    logic: history(x, 'deep'),
    steps: [e('power'), e('power')],
  }),
  'enters a state again when the transition says so, and stays inside when not': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'a',
      states: {
        a: {
          entry: () => log('in'),
          exit: () => log('out'),
          initial: 'x',
          states: { x: { on: { go: 'y' } }, y: {} },
          on: { again: { target: 'a', reenter: true }, inside: { target: '.x' }, self: { target: 'a' } },
        },
      },
    }),
    steps: [e('go'), e('inside'), e('go'), e('again'), e('go'), e('self')],
  }),
  'enters itself again without a target': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'a',
      states: { a: { entry: () => log('in'), exit: () => log('out'), on: { again: { reenter: true } } } },
    }),
    steps: [e('again')],
  }),
  'targets states by their ids': ({ x }) => ({
    logic: x.createMachine({
      initial: 'a',
      states: { a: { on: { jump: '#deep' } }, b: { initial: 'c', states: { c: {}, d: { id: 'deep' } } } },
    }),
    steps: [e('jump')],
  }),
  'takes the first transition whose guard holds': ({ x, log }) => ({
    logic: x
      .setup({
        types: {} as { context: { n: number } },
        guards: { big: ({ context }) => context.n > 2, atLeast: ({ context }, { n }: { n: number }) => context.n >= n },
      })
      .createMachine({
        context: { n: 0 },
        initial: 'small',
        states: {
          small: {
            on: {
              add: [
                { guard: 'big', target: 'large' },
                { guard: { type: 'atLeast', params: { n: 2 } }, actions: [() => log('nearly'), plus(x)] },
                { actions: plus(x) },
              ],
            },
          },
          large: {},
        },
      }),
    steps: [e('add'), e('add'), e('add'), e('add')],
  }),
  'joins guards with and, or, not and stateIn': ({ x }) => ({
    logic: x
      .setup({ types: {} as { context: { n: number } }, guards: { some: ({ context }) => context.n > 0 } })
      .createMachine({
        context: { n: 1 },
        type: 'parallel',
        states: {
          one: { initial: 'a', states: { a: { on: { go: 'b' } }, b: {} } },
          two: {
            initial: 'a',
            states: {
              a: { on: { go: { guard: x.and(['some', x.not(x.stateIn({ one: 'b' }))]), target: 'b' } } },
              b: { on: { go: { guard: x.or([x.not('some'), x.stateIn({ one: 'b' })]), target: 'c' } } },
              c: {},
            },
          },
        },
      }),
    steps: [e('go'), e('go')],
  }),
  'ignores what a state forbids, also when its parent would take it': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'open',
      on: { leave: { actions: () => log('left') } },
      states: { open: { on: { lock: 'locked' } }, locked: { on: { leave: {}, unlock: 'open' } } },
    }),
    steps: [e('leave'), e('lock'), e('leave'), e('unlock'), e('leave')],
  }),
  'ignores what only a guard says something about': ({ x, log }) => ({
    logic: x.createMachine({
      context: { n: 0 },
      initial: 'a',
      states: {
        a: { on: { quiet: { guard: ({ context }) => context.n > 0 }, add: { actions: plus(x) }, next: 'b' } },
        b: { on: { quiet: { actions: () => log('never') } } },
      },
    }),
    steps: [e('quiet'), e('add'), e('quiet'), e('next')],
  }),
  'matches wildcards, whole and partial, after exact types': ({ x, log }) => ({
    logic: x.createMachine({
      on: {
        'mouse.*': { actions: ({ event }) => log('mouse', event.type) },
        'mouse.click': { actions: () => log('click') },
        '*': { actions: ({ event }) => log('any', event.type) },
      },
    }),
    steps: [e('mouse'), e('mouse.click'), e('mouse.move.left'), e('mousey'), e('key')],
  }),
  'follows eventless transitions as long as they hold': ({ x, log }) => ({
    logic: x.createMachine({
      context: { n: 0 },
      initial: 'a',
      states: {
        a: { on: { go: 'b' } },
        b: {
          always: {
            guard: ({ context }) => context.n < 3,
            target: 'b',
            reenter: true,
            actions: [plus(x), () => log('b')],
          },
          on: { go: 'c' },
        },
        c: { always: 'd' },
        d: { type: 'final' },
      },
    }),
    steps: [e('go'), e('go')],
  }),
  'lets an eventless transition read an event that no transition names': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'a',
      states: {
        a: { always: { guard: ({ event }) => event.type === 'magic', target: 'b', actions: () => log('magic') } },
        b: { on: { end: 'c' } },
        c: { type: 'final' },
      },
    }),
    steps: [e('magic'), e('end')],
  }),
  'has tags and meta': ({ x }) => ({
    logic: x.createMachine({
      initial: 'a',
      states: {
        a: { tags: ['loading', 'busy'], meta: { text: 'wait' }, on: { go: 'b' } },
        b: { tags: 'idle', meta: { text: 'done' } },
      },
    }),
    steps: [e('go')],
  }),
  'takes its input into its context, and gives an output of it': ({ x }) => ({
    logic: x.setup({ types: {} as { context: { n: number }; input: { n: number }; output: number } }).createMachine({
      context: ({ input }) => ({ n: input.n * 2 }),
      initial: 'a',
      states: { a: { on: { end: 'z' } }, z: { type: 'final' } },
      output: ({ context }) => context.n + 1,
    }),
    input: { n: 20 },
    steps: [e('end')],
  }),
  'is done at its start': ({ x }) => ({
    logic: x.createMachine({ initial: 'z', states: { z: { type: 'final', output: 1 } }, output: ({ event }) => event }),
    steps: [],
  }),
  'gives the output of a final state to the state around it': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'a',
      states: {
        a: {
          initial: 'x',
          states: { x: { on: { go: 'y' } }, y: { type: 'final', output: ({ event }) => event.type } },
          onDone: { target: 'b', actions: ({ event }) => log(event.output) },
        },
        b: {},
      },
    }),
    steps: [e('go')],
  }),
}

/** Actions. */
const actions: Record<string, Make> = {
  'raises events, which come before those from outside': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'a',
      states: {
        a: { on: { go: { target: 'b', actions: [x.raise({ type: 'inner' }), () => log('raised')] } } },
        b: { on: { inner: { actions: () => log('inner') }, outer: { actions: () => log('outer') } } },
      },
    }),
    steps: [e('go'), e('outer')],
  }),
  'raises delayed events, and cancels them': ({ x, log }) => ({
    logic: x.createMachine({
      entry: [
        x.raise({ type: 'late' }, { delay: 100, id: 'late' }),
        x.raise({ type: 'later' }, { delay: 200, id: 'later' }),
      ],
      on: {
        stop: { actions: x.cancel('later') },
        late: { actions: () => log('late') },
        later: { actions: () => log('later') },
      },
    }),
    steps: [50, 60, e('stop'), 300],
  }),
  'waits before transitions, and forgets them when it leaves': ({ x }) => ({
    logic: x.setup({ delays: { long: ({ context }) => (context as { ms: number }).ms } }).createMachine({
      context: { ms: 500 },
      initial: 'green',
      states: {
        green: { after: { 100: 'yellow' }, on: { skip: 'red' } },
        yellow: { after: { long: 'red' }, on: { skip: 'green' } },
        red: {},
      },
    }),
    steps: [99, e('skip'), 1_000],
  }),
  'takes the first of several delays': ({ x }) => ({
    logic: x.setup({ delays: { long: 500 } }).createMachine({
      initial: 'a',
      states: { a: { after: { 100: { guard: () => false, target: 'b' }, long: 'c' } }, b: {}, c: {} },
    }),
    steps: [100, 399, 1],
  }),
  'assigns one value after the other': ({ x }) => ({
    logic: x.createMachine({
      context: { n: 0, list: [] as number[] },
      on: {
        add: {
          actions: [
            x.assign({ n: ({ context }) => context.n + 1 }),
            x.assign(({ context, event }) => ({ list: [...context.list, context.n * event['by']] })),
          ],
        },
      },
    }),
    steps: [e('add', { by: 2 }), e('add', { by: 3 })],
  }),
  'queues actions by what it finds': ({ x, log }) => ({
    logic: x
      .setup({
        types: {} as { context: { n: number } },
        actions: { named: (_, { word }: { word: string }) => log(word) },
      })
      .createMachine({
        context: { n: 0 },
        on: {
          go: {
            actions: x.enqueueActions(({ enqueue, check, context }) => {
              enqueue.assign({ n: context.n + 1 })
              if (check(({ context: now }) => now.n > 0)) enqueue(() => log('some'))
              enqueue({ type: 'named', params: { word: 'named' } })
              enqueue.raise({ type: 'end' })
            }),
          },
          end: { actions: ({ context }) => log('end', context.n) },
        },
      }),
    steps: [e('go'), e('go')],
  }),
  'runs actions with parameters, made from the event': ({ x, log }) => ({
    logic: x
      .setup({ actions: { say: (_, { word }: { word: string }) => log(word) } })
      .createMachine({ on: { say: { actions: { type: 'say', params: ({ event }) => ({ word: event['word'] }) } } } }),
    steps: [e('say', { word: 'hello' })],
  }),
  'hears what it emits': ({ x, log }) => ({
    logic: x.createMachine({
      entry: ({ self }) => void self.on('*', (event) => log(event.type)),
      on: { go: { actions: [x.emit({ type: 'one' }), x.emit({ type: 'two' })] } },
    }),
    steps: [e('go')],
  }),
  'hears of its own snapshots': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'a',
      entry: ({ self }) => void self.subscribe((snapshot) => log((snapshot as { value: unknown }).value)),
      states: { a: { on: { go: 'b' } }, b: { on: { go: 'a' } } },
    }),
    steps: [e('go'), e('go')],
  }),
  'sends to itself': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'a',
      states: {
        a: {
          on: { go: { target: 'b', actions: [({ self }) => self.send({ type: 'next' }), x.raise({ type: 'first' })] } },
        },
        b: { on: { first: { actions: () => log('first') }, next: { target: 'c', actions: () => log('next') } } },
        c: {},
      },
    }),
    steps: [e('go')],
  }),
  'fails when an action throws': ({ x }) => ({
    logic: x.createMachine({ on: { go: { actions: () => fail('in an action') } } }),
    steps: [e('go')],
  }),
  'fails when a guard throws': ({ x }) => ({
    logic: x.createMachine({ on: { go: { guard: () => fail('in a guard'), actions: () => {} } } }),
    steps: [e('go')],
  }),
  'fails at its start when an entry action throws': ({ x }) => ({
    logic: x.createMachine({ entry: () => fail('at the start') }),
    steps: [],
  }),
  'fails when a delayed transition throws': ({ x }) => ({
    logic: x.createMachine({ after: { 10: { actions: () => fail('late') } } }),
    steps: [10],
  }),
}

/** Children. */
const children: Record<string, Make> = {
  'invokes a promise, and takes its result': ({ x }) => ({
    logic: x.setup({ actors: { load: x.fromPromise<number, number>(async ({ input }) => input * 2) } }).createMachine({
      context: { n: 0 },
      initial: 'loading',
      states: {
        loading: {
          invoke: {
            src: 'load',
            input: 21,
            onDone: { target: 'done', actions: x.assign({ n: ({ event }) => event.output }) },
          },
        },
        done: { type: 'final' },
      },
      output: ({ context }) => context.n,
    }),
    steps: [0],
  }),
  'invokes a promise, and takes its error': ({ x, log }) => ({
    logic: x.setup({ actors: { load: x.fromPromise(async () => fail('unavailable')) } }).createMachine({
      initial: 'loading',
      states: {
        loading: {
          invoke: { src: 'load', onError: { target: 'failed', actions: ({ event }) => log(String(event.error)) } },
        },
        failed: {},
      },
    }),
    steps: [0],
  }),
  'fails with a child whose error nobody takes': ({ x }) => ({
    logic: x.createMachine({ invoke: { src: x.fromPromise(async () => fail('not taken')) } }),
    steps: [0],
  }),
  'does not hear of a promise that it has left': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'loading',
      states: {
        loading: {
          invoke: {
            src: x.fromPromise(async ({ signal }) => {
              signal.addEventListener('abort', () => log('aborted'))
              await new Promise((resolve) => setImmediate(resolve))
              return fail('after it was left')
            }),
            onDone: 'wrong',
            onError: 'wrong',
          },
          on: { leave: 'left' },
        },
        left: {},
        wrong: {},
      },
    }),
    steps: [e('leave'), 0],
  }),
  'talks with a callback, and cleans up after it': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'on',
      states: {
        on: {
          invoke: {
            id: 'bell',
            src: x.fromCallback<{ type: 'ring' }>(({ sendBack, receive, input }) => {
              log('input', input)
              receive((event) => sendBack({ type: 'heard', what: event.type }))
              return () => log('cleaned up')
            }),
            input: { loud: true },
          },
          on: {
            ring: { actions: x.sendTo('bell', { type: 'ring' }) },
            heard: { actions: ({ event }) => log('heard', event['what']) },
            off: 'off',
          },
        },
        off: {},
      },
    }),
    steps: [e('ring'), e('off')],
  }),
  'follows an observable, and takes its end': ({ x, log }) => ({
    logic: x.createMachine({
      initial: 'on',
      states: {
        on: {
          invoke: {
            src: x.fromObservable(() => observable([1, 2, 3])),
            onSnapshot: { actions: ({ event }) => log((event.snapshot as unknown as { context: unknown }).context) },
            onDone: 'off',
          },
        },
        off: {},
      },
    }),
    steps: [0],
  }),
  'takes the events of an observable': ({ x, log }) => ({
    logic: x.createMachine({
      invoke: { src: x.fromEventObservable(() => observable([e('tick'), e('tock')])) },
      on: { tick: { actions: () => log('tick') }, tock: { actions: () => log('tock') } },
    }),
    steps: [0],
  }),
  'invokes a reducer': ({ x, log }) => ({
    logic: x.createMachine({
      invoke: {
        id: 'sum',
        src: x.fromTransition((n: number, event: { type: 'add'; by: number }) => n + event.by, 1),
        onSnapshot: { actions: ({ event }) => log((event.snapshot as unknown as { context: unknown }).context) },
      },
      on: { add: { actions: x.sendTo('sum', ({ event }) => ({ type: 'add', by: event['by'] })) } },
    }),
    steps: [e('add', { by: 2 }), e('add', { by: 3 })],
  }),
  'invokes a machine, sends to it and hears from it': ({ x, log }) => ({
    logic: parentOf(x, log),
    steps: [e('ask', { n: 2 }), e('ask', { n: 3 }), e('end')],
  }),
  'forwards events to a child': ({ x, log }) => ({
    logic: x.createMachine({
      invoke: { id: 'child', src: x.createMachine({ on: { ping: { actions: () => log('ping') } } }) },
      on: { ping: { actions: x.forwardTo('child') } },
    }),
    steps: [e('ping')],
  }),
  'spawns children in its context, and stops them': ({ x, log }) => ({
    logic: x
      .setup({
        types: {} as { context: { child?: XState.AnyActorRef | undefined } },
        actors: {
          child: x.createMachine({ exit: () => log('child out'), on: { ping: { actions: () => log('ping') } } }),
        },
      })
      .createMachine({
        context: {},
        on: {
          start: { actions: x.assign({ child: ({ spawn }) => spawn('child', { id: 'one' }) }) },
          ping: { actions: x.sendTo(({ context }) => context.child as XState.AnyActorRef, { type: 'ping' }) },
          stop: { actions: [x.stopChild('one'), x.assign({ child: undefined })] },
        },
      }),
    steps: [e('start'), e('ping'), e('stop')],
  }),
  'spawns a child by an action': ({ x, log }) => ({
    logic: x.createMachine({
      entry: x.spawnChild(
        x.fromPromise(async () => 'loaded'),
        { id: 'load' },
      ),
      on: { 'xstate.done.actor.load': { actions: ({ event }) => log(event['output']) } },
    }),
    steps: [0],
  }),
  'finds actors by their ids in the system': ({ x, log }) => ({
    logic: x.createMachine({
      invoke: [
        {
          systemId: 'printer',
          src: x.createMachine({ on: { print: { actions: ({ event }) => log(event['text']) } } }),
        },
        {
          id: 'writer',
          src: x.createMachine({
            on: {
              write: {
                actions: x.sendTo(({ system }) => system.get('printer'), {
                  type: 'print',
                  text: 'hello',
                } as XState.EventObject),
              },
            },
          }),
        },
      ],
      on: { write: { actions: x.sendTo('writer', { type: 'write' }) } },
    }),
    steps: [e('write')],
  }),
  'sends to its parent after a delay': ({ x, log }) => ({
    logic: x.createMachine({
      invoke: { src: x.createMachine({ entry: x.sendParent({ type: 'late' }, { delay: 50 }) }) },
      on: { late: { actions: () => log('late') } },
    }),
    steps: [49, 1],
  }),
  'hears what a child emits': ({ x, log }) => ({
    logic: x.createMachine({
      invoke: { id: 'child', src: x.createMachine({ on: { go: { actions: x.emit({ type: 'went' }) } } }) },
      on: {
        listen: { actions: ({ self }) => void self.getSnapshot().children['child']?.on('went', () => log('went')) },
        go: { actions: x.sendTo('child', { type: 'go' }) },
      },
    }),
    steps: [e('listen'), e('go')],
  }),
  'fails with a grandchild': ({ x }) => ({
    logic: x.createMachine({
      invoke: {
        id: 'a',
        src: x.createMachine({
          invoke: { id: 'b', src: x.createMachine({ on: { go: { actions: () => fail('far below') } } }) },
          on: { go: { actions: x.forwardTo('b') } },
        }),
      },
      on: { go: { actions: x.forwardTo('a') } },
    }),
    steps: [e('go')],
  }),
}

/** Logic that is no machine. */
const others: Record<string, Make> = {
  'runs a reducer': ({ x }) => ({
    logic: x.fromTransition((n: number, event: { type: string; by: number }) => n + event.by, 1),
    steps: [e('add', { by: 2 })],
  }),
  'runs a promise': ({ x }) => ({ logic: x.fromPromise(async () => 'done'), steps: [0] }),
  'runs a promise that fails': ({ x }) => ({ logic: x.fromPromise(async () => fail('rejected')), steps: [0] }),
  'runs a callback': ({ x, log }) => ({
    logic: x.fromCallback(({ receive }) => receive((event) => log(event.type))),
    steps: [e('ping')],
  }),
  'runs an observable': ({ x }) => ({ logic: x.fromObservable(() => observable(['a', 'b'])), steps: [0] }),
}

/** States that are saved and continued: machines that name what they start. */
const restored: Record<string, Make> = {
  'goes on in nested and parallel states, with its context': ({ x }) => ({
    logic: x.createMachine({
      context: { n: 1 },
      type: 'parallel',
      states: {
        one: {
          initial: 'a',
          states: { a: { on: { one: 'b' } }, b: { on: { one: { target: 'a', actions: plus(x) } } } },
        },
        two: { initial: 'a', states: { a: { on: { two: 'b' } }, b: {} } },
      },
    }),
    steps: [e('one'), 'restore', e('two'), e('one'), 'restore'],
  }),
  'goes on with a child machine': ({ x, log }) => ({
    logic: parentOf(x, log),
    steps: [e('ask', { n: 2 }), 'restore', e('ask', { n: 3 }), e('end')],
  }),
  'remembers its history': ({ x }) => ({
    logic: history(x, 'deep'),
    steps: [...historySteps.slice(0, 4), 'restore', e('power')],
  }),
  'starts promises and callbacks again': ({ x, log }) => ({
    logic: x
      .setup({
        actors: {
          load: x.fromPromise<string, string>(async ({ input }) => {
            log('load', input)
            return new Promise(() => {})
          }),
          bell: x.fromCallback(({ input }) => {
            log('bell', input)
            return () => log('quiet')
          }),
        },
      })
      .createMachine({
        invoke: [
          { src: 'load', id: 'load', input: 'all' },
          { src: 'bell', id: 'bell', input: 'loud' },
        ],
        initial: 'a',
        states: { a: { on: { go: 'b' } }, b: {} },
      }),
    steps: [e('go'), 'restore'],
  }),
  'keeps names in the system': ({ x, log }) => ({
    logic: x
      .setup({ actors: { printer: x.createMachine({ on: { print: { actions: () => log('print') } } }) } })
      .createMachine({
        invoke: { src: 'printer', id: 'p', systemId: 'printer' },
        on: { write: { actions: x.sendTo(({ system }) => system.get('printer'), { type: 'print' }) } },
      }),
    steps: [e('write'), 'restore', e('write')],
  }),
  'keeps a reducer': ({ x, log }) => ({
    logic: x
      .setup({ actors: { sum: x.fromTransition((n: number, event: { type: 'add'; by: number }) => n + event.by, 1) } })
      .createMachine({
        invoke: {
          src: 'sum',
          id: 'sum',
          onSnapshot: { actions: ({ event }) => log((event.snapshot as unknown as { context: unknown }).context) },
        },
        on: { add: { actions: x.sendTo('sum', { type: 'add', by: 2 }) } },
      }),
    steps: [e('add'), 'restore', e('add')],
  }),
  'runs no entry action again': ({ x, log }) => ({
    logic: x.createMachine({
      entry: () => log('in'),
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { entry: () => log('b') } },
    }),
    steps: [e('go'), 'restore'],
  }),
}

/** All cases, by what the machine does. */
export const cases: Readonly<Record<string, Make>> = { ...states, ...actions, ...children, ...others, ...restored }

const historySteps = [e('power'), e('next'), e('turn'), e('power'), e('power')]

function history(x: typeof XState, kind: 'shallow' | 'deep'): XState.AnyStateMachine {
  return x.createMachine({
    initial: 'off',
    states: {
      off: { on: { power: 'on.last' } },
      on: {
        initial: 'first',
        states: {
          first: { on: { next: 'second' } },
          second: { initial: 'x', states: { x: { on: { turn: 'y' } }, y: {} } },
          last: { type: 'history', history: kind, target: 'first' },
        },
        on: { power: 'off' },
      },
    },
  })
}

function parentOf(x: typeof XState, log: Kit['log']): XState.AnyStateMachine {
  const child = x
    .setup({ types: {} as { context: { sum: number }; input: { from: number }; output: number } })
    .createMachine({
      context: ({ input }) => ({ sum: input.from }),
      initial: 'counting',
      states: {
        counting: {
          on: {
            add: {
              actions: [
                x.assign({ sum: ({ context, event }) => context.sum + (event as unknown as { n: number }).n }),
                x.sendParent(({ context }) => ({ type: 'sum', sum: context.sum })),
              ],
            },
            end: 'ended',
          },
        },
        ended: { type: 'final' },
      },
      output: ({ context }) => context.sum,
    })
  return x.setup({ actors: { child } }).createMachine({
    initial: 'asking',
    states: {
      asking: {
        invoke: {
          id: 'child',
          src: 'child',
          input: { from: 10 },
          onDone: { target: 'done', actions: ({ event }) => log('done', event.output) },
        },
        on: {
          ask: { actions: x.sendTo('child', ({ event }) => ({ type: 'add', n: event['n'] })) },
          sum: { actions: ({ event }) => log('sum', event['sum']) },
          end: { actions: x.sendTo('child', { type: 'end' }) },
        },
      },
      done: { type: 'final' },
    },
  })
}

// Each copy of XState has its own type of it.
function plus(x: typeof XState): never {
  return x.assign({ n: ({ context }) => (context as { n: number }).n + 1 }) as never
}

function fail(where: string): never {
  throw new Error(`failed ${where}`)
}

function observable<Value>(values: readonly Value[]): XState.Subscribable<Value> {
  return {
    subscribe: (first: unknown) => {
      const observer = first as XState.Observer<Value>
      let isOpen = true
      queueMicrotask(() => {
        for (const value of values) if (isOpen) observer.next?.(value)
        if (isOpen) observer.complete?.()
      })
      return { unsubscribe: () => void (isOpen = false) }
    },
  }
}
