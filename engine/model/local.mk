# engine/model
