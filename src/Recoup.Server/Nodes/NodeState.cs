namespace Recoup.Server.Nodes;

/// <summary>What a node knows of its clock.</summary>
public enum ClockState { Unknown, Right, Off }

/// <summary>What is asked of a node from outside: whether it may work.</summary>
public sealed class NodeState
{
    private int clock;

    public ClockState Clock { get => (ClockState)Volatile.Read(ref clock); internal set => Volatile.Write(ref clock, (int)value); }
}
