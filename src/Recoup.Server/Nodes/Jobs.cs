using System.Globalization;
using Quartz;
using Quartz.Extensibility;
using Recoup.Storage;

namespace Recoup.Server.Nodes;

/// <summary>Makes the jobs that the schedule names, for the node that was asked to do them.</summary>
/// <param name="stop">Asked when a job begins: until when it may go on.</param>
internal sealed class Jobs(NodeWork work, Func<CancellationToken> stop, Action<string, Exception> failed) : IJobFactory
{
    private readonly NodeWork work = work;

    private readonly Action<string, Exception> failed = failed;

    public ValueTask<JobScope> CreateJob(TriggerFiredBundle bundle, IScheduler scheduler, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(new JobScope(Make(bundle.JobDetail.JobType.Type), null));

    private IJob Make(Type type) =>
        type == typeof(DayJob) ? new DayJob(this)
        : type == typeof(SlotJob) ? new SlotJob(this)
        : type == typeof(DispatchJob) ? new DispatchJob(this)
        : throw new SchedulerException($"the schedule names a job {type.Name}, which this program has not");

    public ValueTask ReturnJob(JobScope scope, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    /// <summary>
    /// Does a piece of work on a thread of its own. What fails is told and is scheduled again by the next beat, which looks at
    /// what is left and not at what was tried.
    /// </summary>
    private async ValueTask Do(string kind, Action<CancellationToken> piece)
    {
        var until = stop();
        try
        {
            await Task.Run(() => piece(until), until);
            work.WentWell(kind);
        }
        catch (OperationCanceledException) when (until.IsCancellationRequested) { /* the node ends, or it was taken for dead */ }
        catch (Exception e)
        {
            failed(kind, e);
            work.Trouble(kind, e.Message);
        }
    }

    /// <summary>Each beat: what is due begins, what is left is given out again.</summary>
    [DisallowConcurrentExecution]
    private sealed class DayJob(Jobs jobs) : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            IReadOnlyList<SlotDue> left = [];
            await jobs.Do("day", _ => left = jobs.work.Day());
            try
            {
                foreach (var due in left) await Schedule.Give(context.Scheduler, due);
            }
            catch (SchedulerException e) { jobs.failed("day", e); }
        }
    }

    /// <summary>A slot of a run. One that a dead node had is given to another one at once.</summary>
    [DisallowConcurrentExecution]
    private sealed class SlotJob(Jobs jobs) : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
            jobs.Do("run", until => jobs.work.Run(Schedule.DueOf(context.MergedJobDataMap), until));
    }

    /// <summary>The outbox of a slot, each beat.</summary>
    [DisallowConcurrentExecution]
    private sealed class DispatchJob(Jobs jobs) : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
            jobs.Do("dispatch", until => jobs.work.Dispatch(int.Parse((string)context.MergedJobDataMap["slot"]!, CultureInfo.InvariantCulture), until));
    }

    /// <summary>What the nodes of a workspace share out among them, as Quartz.NET keeps it in the database.</summary>
    public static class Schedule
    {
        public const string Name = "recoup";

        private const string Beats = "beat", Runs = "run", Dispatches = "dispatch";

        /// <summary>A scheduler that is not started yet.</summary>
        /// <param name="clock">The database's: by it nodes give their signs of life.</param>
        public static ValueTask<IScheduler> Make(string node, StorePlace place, ServeOptions options, TimeProvider clock, Jobs jobs, CancellationToken stop) =>
            QuartzSchedulerBuilder.Create(quartz =>
            {
                quartz.ConfigureScheduler(scheduler =>
                {
                    (scheduler.InstanceName, scheduler.InstanceId, scheduler.GenerateInstanceId) = (Name, node, false);
                    // A new slot of a run, or one that was given back, is not waited for longer than this.
                    scheduler.IdleWaitTime = Shorter(options.Beat, TimeSpan.FromSeconds(5));
                });
                quartz.UseTimeProvider(clock);
                quartz.UseJobFactory(jobs);
                quartz.UseDefaultThreadPool(Math.Max(2, Environment.ProcessorCount) + 1);
                // One dispatch a node: a mail server and its throttle see one client of each; and slow mail holds up no run.
                quartz.UseExecutionLimits(limits => limits.ForGroup(Dispatches, 1));
                quartz.UsePersistentStore(store =>
                {
                    store.UsePostgres(source => source.DataSourceFactory = _ => Storage.Postgres.NodeSessions.SourceOf(place));
                    store.UseClustering(cluster => cluster.CheckinInterval = cluster.CheckinMisfireThreshold = options.TakeOver / 3);
                    store.ConfigureStore(ado =>
                    {
                        ado.TablePrefix = "qrtz_";
                        ado.StoreJobDataAsStrings = true;
                        // Beats that were missed are not made up for.
                        ado.MisfireThreshold = options.Beat;
                        ado.DbRetryInterval = Shorter(options.TakeOver / 3, TimeSpan.FromSeconds(2));
                        ado.MaxConsecutiveFireFailures = 0;
                        ado.IsTransient = Storage.Postgres.NodeSessions.IsPassing;
                    });
                });
            }).BuildScheduler(stop);

        /// <summary>Sets the beats, where no other node has done so already.</summary>
        public static async Task SetBeats(IScheduler scheduler, int slots, TimeSpan beat)
        {
            await scheduler.ResetTriggersFromErrorState(GroupMatcher<TriggerKey>.AnyGroup());
            await Set(JobBuilder.Create<DayJob>().WithIdentity("day", Beats).StoreDurably().Build(), null, 8);
            for (var slot = 0; slot < slots; slot++)
                await Set(JobBuilder.Create<DispatchJob>()
                    .WithIdentity(string.Create(CultureInfo.InvariantCulture, $"dispatch-{slot:00}"), Beats).StoreDurably()
                    .UsingJobData("slot", slot.ToString(CultureInfo.InvariantCulture)).Build(), Dispatches, 4);

            async Task Set(IJobDetail job, string? group, int priority)
            {
                var key = new TriggerKey(job.Key.Name, Beats);
                if (await scheduler.GetTrigger(key) is ISimpleTrigger { RepeatInterval: var interval } && interval == beat) return;
                var trigger = TriggerBuilder.Create(scheduler.TimeProvider).WithIdentity(key).ForJob(job).StartNow().WithPriority(priority)
                    .WithSimpleSchedule(s =>
                        s.WithInterval(beat).RepeatForever().WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithRemainingCount));
                if (group is not null) trigger = trigger.WithExecutionGroup(group);
                await scheduler.ScheduleJob(job, trigger.Build(), ScheduleJobOptions.Replacing);
            }
        }

        /// <summary>Gives a slot to whichever node is free; one that is given out already stays so.</summary>
        public static async Task Give(IScheduler scheduler, SlotDue due)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{due.AsOf:yyyy-MM-dd}/{due.Slot:00}");
            var job = JobBuilder.Create<SlotJob>().WithIdentity(name, Runs).RequestRecovery()
                .UsingJobData("as_of", due.AsOf.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))
                .UsingJobData("zone", due.Zone).UsingJobData("slot", due.Slot.ToString(CultureInfo.InvariantCulture)).Build();
            if (await scheduler.Exists(job.Key)) return;
            try { await scheduler.ScheduleJob(job, TriggerBuilder.Create(scheduler.TimeProvider).WithIdentity(name, Runs).StartNow().WithPriority(6).Build()); }
            catch (ObjectAlreadyExistsException) { /* another beat was quicker */ }
        }

        internal static SlotDue DueOf(JobDataMap data) => new(
            DateOnly.ParseExact((string)data["as_of"]!, "yyyy-MM-dd", CultureInfo.InvariantCulture),
            (string)data["zone"]!, int.Parse((string)data["slot"]!, CultureInfo.InvariantCulture));

        private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
    }
}
