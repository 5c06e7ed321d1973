import ConversationModels

extension ModelRegister {
    /// All models of this module. VUEMO is trained unless another is named.
    public static let all = ModelRegister(
        registeredConversationModels.map { $0.definition }, first: VUEMOModel.definition.name)
}
