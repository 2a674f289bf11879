# engine/data
