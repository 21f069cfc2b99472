import type {
  EmbeddingModelV2,
  EmbeddingModelV3,
  EmbeddingModelV4,
  LanguageModelV2,
  LanguageModelV3,
  LanguageModelV4,
} from '@ai-sdk/provider'

/** A language model of a provider for the AI SDK: of version 7, or of a provider for 6 or 5. */
export type AnyLanguageModel = LanguageModelV4 | LanguageModelV3 | LanguageModelV2

/** An embedding model of a provider for the AI SDK: of version 7, or of a provider for 6 or 5. */
export type AnyEmbeddingModel = EmbeddingModelV4 | EmbeddingModelV3 | EmbeddingModelV2<string>

/** A part of an answer. All versions have these in common; what else a part holds is up to its provider. */
export type ContentPart = { readonly type: string } & Readonly<Record<string, unknown>>

/** A part of a stream. */
export type StreamPart = ContentPart

/** What a model returned, before anything is checked. */
export interface GivenAnswer {
  readonly content: readonly ContentPart[]
  /** A text in version 2, `{ unified, raw }` since version 3. */
  readonly finishReason: unknown
  /** Numbers in version 2, sorted by kind since version 3. */
  readonly usage: unknown
  readonly warnings?: readonly unknown[]
  readonly providerMetadata?: Readonly<Record<string, unknown>>
  readonly response?: Readonly<Record<string, unknown>>
  readonly structuredOutputText?: string
}

/** What a model is asked: the same in all versions, as far as text, tools and JSON go. */
export interface GivenCall {
  readonly prompt: readonly object[]
  readonly abortSignal?: AbortSignal
  readonly [option: string]: unknown
}

/** The calls of a language model, whatever its version. */
export interface LanguageCalls {
  readonly provider: string
  readonly modelId: string
  /** Models of compatible servers say so; others warn when they ignore a schema. */
  readonly supportsStructuredOutputs?: boolean
  doGenerate(call: GivenCall): PromiseLike<GivenAnswer>
  doStream(call: GivenCall): PromiseLike<{ readonly stream: ReadableStream<StreamPart> }>
}

/** The calls of an embedding model, whatever its version. */
export interface EmbeddingCalls {
  readonly provider: string
  readonly modelId: string
  readonly maxEmbeddingsPerCall: PromiseLike<number | undefined> | number | undefined
  readonly supportsParallelCalls: PromiseLike<boolean> | boolean
  doEmbed(call: {
    readonly values: readonly string[]
    readonly abortSignal?: AbortSignal
    readonly providerOptions?: ProviderOptions
  }): PromiseLike<{
    readonly embeddings: readonly (readonly number[])[]
    readonly usage?: { readonly tokens?: unknown }
  }>
}

/** Options that only one provider has, by its name. */
export type ProviderOptions = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** The one view of a model of any version. */
export function languageCalls(model: AnyLanguageModel): LanguageCalls {
  // The versions differ in parts that are read as they come, or never sent.
  return model as unknown as LanguageCalls
}

/** The one view of an embedding model of any version. */
export function embeddingCalls(model: AnyEmbeddingModel): EmbeddingCalls {
  // As above: what differs between the versions is not read.
  return model as unknown as EmbeddingCalls
}
