# engine/cli
