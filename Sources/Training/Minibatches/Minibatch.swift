import ConversationModels

/// Some dialogues with their features: what one step computes on.
public struct Minibatch: Sendable {
    /// Indices into the store's dialogues, in the batch's order.
    public let dialogues: [Int]
    /// Flat rows [N, width] of every feature in use, dialogues end to end.
    public let input: ConversationBatch
    /// [N] gold classes, negative where an utterance has none.
    public let labels: [Int32]
}
