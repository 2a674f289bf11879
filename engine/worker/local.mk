# engine/worker
