// Each of these tests has processes of its own and keeps them busy: one after the other, so that none waits for another's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
