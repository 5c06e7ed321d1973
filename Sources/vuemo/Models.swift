import ConcatenationGRU
import ConversationModels
import VUEMO

extension ModelRegister {
    /// The kinds of models that `vuemo train --model` can name. A new one is one more in this list.
    static let vuemo = ModelRegister([.vuemo, .gru])
}
